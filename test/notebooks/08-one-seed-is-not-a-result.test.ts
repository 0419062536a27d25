import { runsThrough } from "./runs-through";

runsThrough("08-one-seed-is-not-a-result");
