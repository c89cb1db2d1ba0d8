import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { plural } from '../state/format.ts';
import { type JsonNode, parseJson } from '../state/json.ts';
import { texts } from '../texts.ts';

/** Above so many items of a list, or keys, the rest is shown when it is asked for. */
const SHOWN = 200;
/** Above so many characters of a string, likewise. */
const SHOWN_CHARS = 10_000;
/** Deeper than that it begins folded. */
const OPEN_LEVELS = 3;

interface Shown {
  readonly text: string;
  /** What it is. */
  readonly label?: string;
}

export function JsonView({ text, label = texts.job.payload }: Shown): JSX.Element {
  const root = useMemo(() => parseJson(text), [text]);
  // What scrolls must be reached by the keyboard.
  const props = { class: 'code json', tabIndex: 0, role: 'region', 'aria-label': label } as const;
  return <div {...props}>{root === null ? text : <Node node={root} level={0} after="" />}</div>;
}

interface NodeProps<Kind> {
  readonly node: Kind;
  readonly level: number;
  /** The comma behind it. */
  readonly after: string;
}

function Node({ node, level, after }: NodeProps<JsonNode>): JSX.Element {
  switch (node.kind) {
    case 'string':
      return (
        <>
          <Text value={node.value} />
          {after}
        </>
      );
    case 'number':
    case 'word':
      return (
        <>
          <span class={node.kind}>{node.text}</span>
          {after}
        </>
      );
    case 'array':
    case 'object':
      return <Container node={node} level={level} after={after} />;
  }
}

/** A long one is cut until more of it is wanted. */
function Text({ value }: { readonly value: string }): JSX.Element {
  const [shown, setShown] = useState(SHOWN_CHARS);
  if (value.length <= shown) return <span class="string">{JSON.stringify(value)}</span>;
  return (
    <>
      <span class="string">{JSON.stringify(value.slice(0, shown).replace(/[\uD800-\uDBFF]$/, '')).slice(0, -1)}…</span>{' '}
      <button type="button" class="button-link" onClick={() => setShown(shown * 10)}>
        {texts.job.showMoreChars(value.length - shown)}
      </button>
    </>
  );
}

type ContainerNode = Extract<JsonNode, { kind: 'array' | 'object' }>;

function Container({ node, level, after }: NodeProps<ContainerNode>): JSX.Element {
  const [shown, setShown] = useState(SHOWN);
  const [open, close] = node.kind === 'array' ? ['[', ']'] : ['{', '}'];
  const children = node.kind === 'array' ? node.items.map((item) => [null, item] as const) : node.entries;
  const size = children.length;
  const mark = (text: string) => <span class="mark">{text}</span>;
  if (size === 0) return mark(`${open}${close}${after}`);
  return (
    <details open={level < OPEN_LEVELS}>
      <summary data-size={node.kind === 'array' ? plural(size, 'item') : plural(size, 'key')}>{mark(open)}</summary>
      <ul>
        {children.slice(0, shown).map(([key, child], i) => (
          <li key={key ?? i}>
            {key === null ? null : (
              <>
                <span class="key">{JSON.stringify(key)}</span>
                {mark(': ')}
              </>
            )}
            <Node node={child} level={level + 1} after={i < size - 1 ? ',' : ''} />
          </li>
        ))}
        {size > shown ? (
          <li>
            <button type="button" class="button-link" onClick={() => setShown(shown + SHOWN * 5)}>
              {texts.job.showMore(size - shown)}
            </button>
          </li>
        ) : null}
      </ul>
      {mark(`${close}${after}`)}
    </details>
  );
}
