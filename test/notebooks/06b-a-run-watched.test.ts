import { runsThrough } from "./runs-through";

runsThrough("06b-a-run-watched");
