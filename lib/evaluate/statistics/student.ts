/**
 * Student's t by jstat, which comes without types: the three numbers that seeds need.
 */
interface Jstat {
  studentt: { inv(p: number, degrees: number): number };
  noncentralt: { cdf(t: number, degrees: number, shift: number): number };
}

const { jStat }: { jStat: Jstat } = require("jstat");

/** The t below which a share `p` lies. */
export function tQuantile(p: number, degrees: number): number {
  return jStat.studentt.inv(p, degrees);
}

/**
 * How probable it is that a two-sided t-test of two groups of n sees a difference.
 * @param effect the difference in units of the groups' standard deviation
 */
export function tTestPower(n: number, effect: number, level: number): number {
  const degrees = 2 * n - 2;
  const shift = effect * Math.sqrt(n / 2);
  const critical = tQuantile(1 - (1 - level) / 2, degrees);
  return 1 - jStat.noncentralt.cdf(critical, degrees, shift) + jStat.noncentralt.cdf(-critical, degrees, shift);
}
