const QUIET_MS = 10_000;

/** Passes errors on, but one of the same text only every ten seconds: an outage repeats itself many times a second. */
export const occasionally = (tell: (error: Error) => void): ((error: Error) => void) => {
  const told = new Map<string, number>();
  return (error) => {
    const now = Date.now();
    for (const [text, at] of told) if (now - at > QUIET_MS) told.delete(text);
    // Ids in texts make them many: a full memory tells nothing new until it empties.
    if (told.has(error.message) || told.size >= 20) return;
    told.set(error.message, now);
    tell(error);
  };
};
