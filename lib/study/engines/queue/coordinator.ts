/** placeholder until written below */
export async function runOverQueue(..._args: unknown[]): Promise<void> { throw new Error(); }
