/** The release of glibc that this process runs on; undefined under another C library or another system. */
export function glibcVersion(): string | undefined {
  const report: { header?: { glibcVersionRuntime?: string } } = JSON.parse(
    JSON.stringify(process.report?.getReport() ?? {}),
  );
  return report.header?.glibcVersionRuntime;
}
