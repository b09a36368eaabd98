/**
 * Unique names of graph nodes in the form that TensorFlow allows ([A-Za-z0-9.][A-Za-z0-9_.\\/>-]*), as near as possible to the names of
 * the source: `deg.r[2].conv1` becomes `deg/r_2/conv1`, so that TensorFlow's profiles group by instance.
 */
export class NodeNames {
  private readonly used = new Map<string, number>();

  /** A name nobody has, made from `wanted` and a number where that is taken. */
  unique(wanted: string): string {
    const base = nodeName(wanted);
    let count = this.used.get(base) ?? 0;
    let name = count === 0 ? base : `${base}_${count}`;
    while (count > 0 && this.used.has(name)) name = `${base}_${++count}`;
    this.used.set(base, count + 1);
    if (name !== base) this.used.set(name, 1);
    return name;
  }
}

function nodeName(path: string): string {
  const name = path
    .replaceAll('.', '/')
    .replace(/\[(\w+)\]/g, '_$1')
    .replace(/[^A-Za-z0-9_/-]/g, '_')
    .replace(/^[^A-Za-z0-9]+/, '')
    .replace(/\/+/g, '/')
    .replace(/\/$/, '');
  return name === '' ? 'tensor' : name;
}
