/** Takes the passwords out of the addresses in a text: `postgres://me:***@host/db`. */
export function withoutPassword(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s@/]*@/gi, '$1:***@')
    .replace(/([?&]password=)[^&\s]*/gi, '$1***');
}
