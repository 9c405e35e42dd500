import type { Position } from '../../model/position.ts';
import type { Value } from '../../model/value.ts';
import { SourceText, setPlace } from '../../util/positions.ts';
import { suggest } from '../../util/suggest.ts';
import type { InventoryBuilder } from './builder.ts';
import { readPythonLiteral } from './python-literal.ts';
import { expandHostRange, splitPort } from './ranges.ts';
import { splitLine, type Word } from './words.ts';

type SectionKind = 'hosts' | 'vars' | 'children';

interface Section {
  readonly group: string;
  readonly kind: SectionKind;
}

/** A group that a line names and that must be declared somewhere. */
interface Mention {
  readonly name: string;
  readonly position: Position;
  readonly message: string;
}

/**
 * Reads the INI form. As in Ansible, values are read as Python literals where they spell one and
 * are text otherwise, on host lines and in `:vars` sections.
 */
export function readIniInventory(builder: InventoryBuilder, file: string, text: string): void {
  new IniReader(builder, new SourceText(file, text)).read();
}

class IniReader {
  readonly #builder: InventoryBuilder;
  readonly #source: SourceText;
  readonly #mentions: Mention[] = [];
  readonly #declared = new Set<string>();
  #section: Section | undefined = { group: 'ungrouped', kind: 'hosts' };

  constructor(builder: InventoryBuilder, source: SourceText) {
    this.#builder = builder;
    this.#source = source;
  }

  read(): void {
    let offset = 0;
    for (const whole of this.#source.text.split('\n')) {
      const line = whole.trim();
      const start = offset + whole.indexOf(line);
      if (line !== '' && !/^[#;]/.test(line)) this.#line(line, start);
      offset += whole.length + 1;
    }
    for (const mention of this.#mentions) this.#checkMention(mention);
  }

  #line(line: string, start: number): void {
    if (line.startsWith('[') && !/^\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[^\]]*\]/.test(line)) {
      this.#header(line, start);
      return;
    }
    switch (this.#section?.kind) {
      case 'hosts':
        this.#host(line, start, this.#section.group);
        break;
      case 'vars':
        this.#variable(line, start, this.#section.group);
        break;
      case 'children':
        this.#child(line, start, this.#section.group);
        break;
      default:
        break;
    }
  }

  /** After a wrong header the lines below belong to nobody, and are not complained about. */
  #header(line: string, start: number): void {
    this.#section = undefined;
    const match = /^\[([^:\]\s]+)(?::(\w+))?\]\s*(?:[#;].*)?$/.exec(line);
    if (!match) {
      const hint = 'write [group], [group:vars] or [group:children]';
      this.#error('bad-section', `"${line}" is no section`, start, hint);
      return;
    }
    const [, group = '', kind = 'hosts'] = match;
    if (kind !== 'hosts' && kind !== 'vars' && kind !== 'children') {
      const nearest = suggest(kind, ['hosts', 'vars', 'children']);
      const hint = nearest ? `did you mean "${nearest}"?` : 'known are vars and children';
      this.#error('bad-section', `the section [${group}:${kind}] has an unknown kind`, start, hint);
      return;
    }
    this.#section = { group, kind };
    const position = this.#source.positionAt(start + 1);
    if (kind !== 'vars') {
      this.#declared.add(group);
      this.#builder.addGroup(group, position);
    } else this.#mention(group, start + 1, `[${group}:vars] is for a group that is not declared`);
  }

  #host(line: string, start: number, group: string): void {
    const split = splitLine(line);
    if (!split) {
      this.#error('ini-syntax', 'a quote is not closed', start, 'close it, or put the value in other quotes');
      return;
    }
    if (split.gluedComment !== undefined) {
      this.#builder.faults.warning('ini-comment', 'everything from # on is a comment here', {
        position: this.#source.positionAt(start + split.gluedComment),
        hint: 'put the value in quotes if the # belongs to it',
      });
    }
    const [first, ...assignments] = split.words;
    if (!first) return;
    const { host, port } = splitPort(first.text);
    const names = expandHostRange(host);
    if (typeof names === 'string') {
      this.#error('bad-host-range', `"${first.text}": ${names}`, start);
      return;
    }
    const values = this.#assignments(assignments, start, port);
    for (const name of names) {
      this.#builder.addHost(name, group, this.#source.positionAt(start));
      if (Object.keys(values).length > 0) this.#builder.setHostVars(name, this.#source.file, values);
    }
  }

  #assignments(words: readonly Word[], start: number, port: number | undefined): Record<string, Value> {
    const values: Record<string, Value> = port === undefined ? {} : { ansible_port: port };
    for (const { text, offset } of words) {
      const equals = text.indexOf('=');
      if (equals < 1) {
        this.#error('ini-syntax', `expected name=value, not "${text}"`, start + offset, 'no spaces around =');
        continue;
      }
      this.#set(values, text.slice(0, equals), text.slice(equals + 1), start + offset, equals + 1);
    }
    return values;
  }

  #variable(line: string, start: number, group: string): void {
    const equals = line.indexOf('=');
    if (equals < 1) {
      this.#error('ini-syntax', `expected name=value, not "${line}"`, start, 'one variable a line');
      return;
    }
    const values: Record<string, Value> = {};
    const written = line.slice(equals + 1);
    const indent = written.length - written.trimStart().length;
    this.#set(values, line.slice(0, equals).trim(), written.trim(), start, equals + 1 + indent);
    this.#builder.setGroupVars(group, this.#source.file, values);
  }

  #set(values: Record<string, Value>, name: string, text: string, key: number, shift: number): void {
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      const hint = 'use letters, digits and underscores';
      this.#error('bad-variable-name', `"${name}" is no name for a variable`, key, hint);
      return;
    }
    values[name] = readPythonLiteral(text);
    setPlace(values, name, { source: this.#source, key, value: key + shift, shape: 'plain' });
  }

  #child(line: string, start: number, group: string): void {
    const match = /^([^:\]\s]+)\s*(?:#.*)?$/.exec(line);
    if (!match?.[1]) {
      this.#error('ini-syntax', `expected the name of a group, not "${line}"`, start, 'one group a line');
      return;
    }
    this.#mention(
      match[1],
      start,
      `[${group}:children] names the group "${match[1]}", which is not declared`,
    );
    this.#builder.addChild(group, match[1], this.#source.positionAt(start));
  }

  #mention(name: string, offset: number, message: string): void {
    if (this.#builder.groups.has(name)) return;
    this.#mentions.push({ name, position: this.#source.positionAt(offset), message });
  }

  /** Groups may be declared after they are mentioned; those that never are get a fault. */
  #checkMention({ name, position, message }: Mention): void {
    if (this.#declared.has(name)) return;
    const others = [...this.#builder.groups.keys()].filter((group) => group !== name);
    const nearest = suggest(name, others);
    this.#builder.faults.error('unknown-group', message, {
      position,
      hint: nearest ? `did you mean "${nearest}"?` : `declare it with a section [${name}]`,
    });
  }

  #error(code: string, message: string, offset: number, hint?: string): void {
    this.#builder.faults.error(code, message, { position: this.#source.positionAt(offset), hint });
  }
}
