import { runsThrough } from "./runs-through";

runsThrough("10-ad-hoc-analysis");
