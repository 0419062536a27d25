import { runsThrough } from "./runs-through";

runsThrough("05-span-representations");
