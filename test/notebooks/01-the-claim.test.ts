import { runsThrough } from "./runs-through";

runsThrough("01-the-claim");
