import { runsThrough } from "./runs-through";

runsThrough("02-preprocessing");
