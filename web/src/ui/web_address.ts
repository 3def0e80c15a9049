// Who stands behind an address: its host; what is no address, as it is.
export function hostOf(source: string): string {
  try {
    return new URL(source).host || source;
  } catch {
    return source;
  }
}

// A link is followed only where it leads to the web.
export function webAddress(url: string): string | undefined {
  return /^https?:\/\//i.test(url) ? url : undefined;
}
