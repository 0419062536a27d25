/** A fair stopwatch for experiments that compare implementations on a busy machine. */
import { median } from "../median";

/** Seconds of one way to compute something, over rounds. */
export interface Timing {
  name: string;
  rounds: number;
  least: number;
  median: number;
  most: number;
}

/**
 * Times several ways in turn, round by round, so that whatever else the machine does meets all of them alike. One round
 * before the first is not counted.
 * @param ways each runs to its end before it returns: read a value of what is computed
 */
export function timeInTurn(ways: Readonly<Record<string, () => void>>, rounds = 7): Timing[] {
  const seconds = new Map(Object.keys(ways).map((name) => [name, [] as number[]]));
  for (let round = 0; round <= rounds; round++)
    for (const [name, run] of Object.entries(ways)) {
      const start = performance.now();
      run();
      if (round > 0) seconds.get(name)?.push((performance.now() - start) / 1000);
    }
  return [...seconds].map(([name, all]) => {
    return { name, rounds, least: Math.min(...all), median: median(all), most: Math.max(...all) };
  });
}
