import type { TextInput } from './surroundings.ts';

/** All that comes, as text in UTF-8. */
export async function readAll(input: TextInput): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  for await (const chunk of input) text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
  return text + decoder.decode();
}
