/** Whether a text has more than so many bytes in UTF-8. Counted only where its length leaves that open. */
export function isLargerThan(bytes: number, text: string): boolean {
  if (text.length > bytes) return true;
  if (text.length * 3 <= bytes) return false;
  let more = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    // Either half of a surrogate pair counts for two of its four bytes.
    if (unit > 0x7f) more += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return text.length + more > bytes;
}

/** Well-formed JSON text spells NUL and half a surrogate pair as escapes, and only these: a whole pair is not escaped. */
export function hasUnstorableText(json: string): boolean {
  if (!json.includes('\\u0000') && !json.includes('\\ud')) return false;
  return /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(json);
}
