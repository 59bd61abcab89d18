import type { ComponentChildren, VNode } from 'preact'
import { h } from 'preact'

/** An HTML or SVG element by its own attribute names; Preact escapes what is in it. */
export const el = (
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: ComponentChildren = null,
): VNode => h(name, attributes, children)
