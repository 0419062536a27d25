import { runsThrough } from "./runs-through";

runsThrough("04-lstm-equivalence");
