/** A broker's address as it may be shown: without the user name and password, or the signed query, that it may carry. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z0-9+.-]+:\/\/)[^/]*@/i, '$1').replace(/\?.*$/s, '?...');
}
