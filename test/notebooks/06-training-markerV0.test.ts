import { runsThrough } from "./runs-through";

runsThrough("06-training-markerV0");
