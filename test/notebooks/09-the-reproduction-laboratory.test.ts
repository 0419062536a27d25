import { runsThrough } from "./runs-through";

runsThrough("09-the-reproduction-laboratory");
