import { runsThrough } from "./runs-through";

runsThrough("07-zero-shot-evaluation");
