import type { MarkdownRenderer } from 'vitepress';
import { codeOf } from './regions.ts';

/** What VitePress leaves of an include in its token: the file and the region. */
interface IncludeToken {
  src?: readonly [file: string, region?: string];
  content: string;
}

/**
 * Reads the regions of included files as the examples mark them: in SQL and Python too, which VitePress does not know; and
 * one that is missing fails the build, where VitePress would show the whole file.
 */
export function includeRegions(md: MarkdownRenderer): void {
  const rendered = md.renderer.rules.fence;
  if (rendered === undefined) throw new Error('VitePress renders no fences: includes cannot be read');
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const token = tokens[index] as unknown as IncludeToken | undefined;
    const [file, region] = token?.src ?? [];
    if (token !== undefined && file !== undefined) {
      token.content = `${codeOf({ file, region: region === '' ? undefined : region })}\n`;
      (env as { includes?: string[] }).includes?.push(file);
      token.src = [''];
    }
    return rendered(tokens, index, options, env, self);
  };
}
