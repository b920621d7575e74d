// The banner's tree as elements: src/banner/tree.txt, filled. No HTML is parsed, so no text can become markup.
import lines from "../../src/banner/tree.txt";
import { create } from "./dom.ts";

/** What the holes of the tree are filled with: texts, lists for what comes more than once; `undefined` leaves one empty. */
export interface Values {
  [hole: string]: string | readonly Values[] | undefined;
}

type Node = [line: string, inside: Node[]];

let parts: Node[] | undefined;

/** What is indented under a line is inside it. */
function parse(): Node[] {
  const open: Node[][] = [[]];
  for (const text of lines.split("\n")) {
    const line = text.trimStart();
    const node: Node = [line, []];
    const depth = text.length - line.length;
    // A part holds what follows it at its own depth.
    if (line[0] === "@") {
      open[0]!.push(node);
      open[1] = node[1];
    } else {
      open[depth + 1]!.push(node);
      open[depth + 2] = node[1];
    }
  }
  return open[0]!;
}

/** Writes a part of the tree into an element. */
export function grow(parent: Element, part: string, values: Values): void {
  parts ??= parse();
  write(parent, parts.find(([line]) => line === "@" + part)![1], values);
}

function write(parent: Element, nodes: readonly Node[], values: Values): void {
  for (const [line, inside] of nodes) {
    const hole = line.slice(1);
    const value = values[hole];
    if (line[0] === "?" || line[0] === "!") {
      if ((value !== undefined) === (line[0] === "?")) write(parent, inside, values);
    } else if (line[0] === "*") {
      for (const item of (value as readonly Values[] | undefined) ?? []) write(parent, inside, { ...values, ...item });
    } else if (line[0] === "+") {
      grow(parent, hole, values);
    } else if (line[0] === "{") {
      parent.append(values[hole.slice(0, -1)] as string);
    } else if (line) {
      const [head = "", ...attributes] = line.split(" ");
      const [tag, name] = head.split(".");
      const element = create(tag as "p");
      if (name) element.className = name;
      for (const attribute of attributes) {
        const [key = "", given = ""] = attribute.split("=");
        const text = given[0] === "{" ? values[given.slice(1, -1)] : given;
        if (text !== undefined) element.setAttribute(key, text as string);
      }
      parent.append(element);
      write(element, inside, values);
    }
  }
}
