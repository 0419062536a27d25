import { runsThrough } from "./runs-through";

runsThrough("03-the-model");
