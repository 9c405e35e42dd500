import type { Module } from '../module/index.ts';

interface Param {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly writeOnly?: boolean;
  readonly items?: Param;
  readonly properties?: Readonly<Record<string, Param>>;
  readonly oneOf?: readonly Param[];
  readonly anyOf?: readonly Param[];
}

/** One line per module, sorted by name. */
export function moduleList(modules: readonly Module[]): string {
  const sorted = [...modules].sort((a, b) => (a.name < b.name ? -1 : 1));
  const width = Math.max(...sorted.map((module) => module.name.length));
  return sorted.map((module) => `${module.name.padEnd(width)}  ${module.summary}\n`).join('');
}

/**
 * The page of a module, made from its declaration and nothing else.
 *
 * @param module the module
 * @returns Markdown, newline at the end
 */
export function moduleDocs(module: Module): string {
  const parts = [
    `# ${module.name}`,
    module.summary,
    ...(module.aliases?.length ? [`Also known as: ${module.aliases.map(code).join(', ')}.`] : []),
    kindSentence(module),
    ...(module.notes ?? []),
    paramsSection(module),
    returnsSection(module),
    `## Examples\n\n\`\`\`yaml\n${module.examples.trim()}\n\`\`\``,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function kindSentence(module: Module): string {
  const kind =
    module.kind === 'state'
      ? 'A state module: it looks first and changes only what differs.'
      : 'An action module: it acts each time unless its parameters say when it need not.';
  return module.local ? `${kind} Runs on the control node; needs no connection.` : kind;
}

function paramsSection(module: Module): string {
  const rows = paramRows(module.paramsSchema.properties as Readonly<Record<string, Param>>, '', module);
  if (rows.length === 0) return '## Parameters\n\nNone.';
  return `## Parameters\n\n| name | type | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('\n')}`;
}

function paramRows(params: Readonly<Record<string, Param>>, prefix: string, module?: Module): string[] {
  const required = new Set(module?.paramsSchema.required ?? []);
  return Object.entries(params).flatMap(([name, param]) => {
    const title = `\`${prefix}${name}\`${required.has(name) ? ' **required**' : ''}`;
    const value = param.default === undefined ? '' : code(JSON.stringify(param.default));
    const row = `| ${title} | ${cell(typeOf(param))} | ${cell(value)} | ${cell(meaning(param))} |`;
    const inner = param.properties ?? param.items?.properties;
    return inner ? [row, ...paramRows(inner, `${prefix}${name}.`)] : [row];
  });
}

function typeOf(param: Param): string {
  if (param.enum) return param.enum.map((value) => code(String(value))).join(', ');
  const variants = param.oneOf ?? param.anyOf;
  if (variants) return [...new Set(variants.map(typeOf))].join(' or ');
  if (param.type === 'array') return param.items ? `list of ${typeOf(param.items)}` : 'list';
  return [param.type ?? 'any'].flat().join(' or ');
}

function meaning(param: Param): string {
  const text = param.description ?? '';
  return param.writeOnly ? `${text} Secret: never shown.` : text;
}

function returnsSection(module: Module): string {
  const entries = Object.entries(module.returns ?? {});
  if (entries.length === 0) return '';
  const rows = entries.map(([name, text]) => `| \`${name}\` | ${cell(text)} |`);
  return `## Registered values\n\n| name | meaning |\n| --- | --- |\n${rows.join('\n')}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
