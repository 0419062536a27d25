import { runsThrough } from "./runs-through";

runsThrough("00-start-here");
