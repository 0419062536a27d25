/**
 * Student's t by jstat, which comes without types: the numbers that seeds need.
 */
interface Jstat {
  studentt: { inv(p: number, degrees: number): number; cdf(t: number, degrees: number): number };
  noncentralt: { cdf(t: number, degrees: number, shift: number): number };
  beta: { inv(p: number, alpha: number, beta: number): number };
}

const { jStat }: { jStat: Jstat } = require("jstat");

/** From here on Student's t is the normal curve to four digits, and jstat's series for it grow slow. */
const MANY_DEGREES = 1e4;

/** The t below which a share `p` lies. @param degrees also fractions, or Infinity */
export function tQuantile(p: number, degrees: number): number {
  return jStat.studentt.inv(p, Math.min(degrees, MANY_DEGREES));
}

/** How probable a t as far from 0 as this, or farther, is where there is no difference. */
export function tTwoSided(t: number, degrees: number): number {
  return 2 * jStat.studentt.cdf(-Math.abs(t), Math.min(degrees, MANY_DEGREES));
}

/** An estimate's interval, and how probable one as far from 0, or farther, is where the truth is 0. @param standardError 0 = it is no estimate */
export function tInterval(
  estimate: number,
  { standardError, degrees, level }: { standardError: number; degrees: number; level: number },
): { low: number; high: number; p: number } {
  if (standardError === 0) return { low: estimate, high: estimate, p: Number(estimate === 0) };
  const half = tQuantile(1 - (1 - level) / 2, degrees) * standardError;
  return { low: estimate - half, high: estimate + half, p: tTwoSided(estimate / standardError, degrees) };
}

/**
 * How probable it is that a two-sided t-test sees a difference.
 * @param shift the difference in units of its standard error
 * @param degrees of the estimate of that error
 * @param taken degrees that the test takes, where they are others: Welch's are themselves estimated
 */
export function tPower(shift: number, degrees: number, level: number, taken = degrees): number {
  const df = Math.min(degrees, MANY_DEGREES);
  const critical = tQuantile(1 - (1 - level) / 2, taken);
  return 1 - jStat.noncentralt.cdf(critical, df, shift) + jStat.noncentralt.cdf(-critical, df, shift);
}

/** The share below which `p` of the first of two equal variances lies in their sum, each estimated with so many degrees. */
export const varianceShare = (p: number, degrees: number): number => jStat.beta.inv(p, degrees / 2, degrees / 2);
