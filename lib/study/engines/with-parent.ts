/**
 * Loaded into a child process before its program (`node -r`): when the parent is gone, however it went, the child goes too. A
 * training that outlives a killed worker would write into a folder that somebody else may have taken over.
 */
process.on("disconnect", () => process.exit(1));
// The channel alone must not keep a finished program alive.
process.channel?.unref();
