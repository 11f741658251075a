// Which address a heading gets: `<PREFIX>/S-1/A-2/P-1`, numbers counted per parent and letter.

/** section_type: type of the unit. parent: address of the nearest heading above with a smaller depth, or null. */
export interface UnitAddress {
  readonly address: string;
  readonly parent: string | null;
  readonly section_type: string;
}

interface Open {
  readonly depth: number;
  readonly address: string;
  readonly used: Map<string, number>;
}

/** Whether every section type begins with a letter, which becomes the letter of its addresses. */
export const sectionTypesNameLetters = (types: readonly string[]): boolean =>
  types.length > 0 && types.every((type) => /^[A-Za-z]/.test(type));

/** An address book of one document: call it with each heading's depth (1 to 6) in document order. Depths may jump. */
export function addressBook(prefix: string, sectionTypes: readonly string[]): (depth: number) => UnitAddress {
  const open: Open[] = [];
  const top = new Map<string, number>();
  return (depth) => {
    while (open.length > 0 && (open.at(-1)?.depth ?? 0) >= depth) open.pop();
    const parent = open.at(-1);
    const section_type = sectionTypes[Math.min(depth, sectionTypes.length) - 1] ?? "";
    const letter = section_type.charAt(0).toUpperCase();
    const used = parent?.used ?? top;
    const number = (used.get(letter) ?? 0) + 1;
    used.set(letter, number);
    const address = `${parent?.address ?? prefix}/${letter}-${number}`;
    open.push({ depth, address, used: new Map() });
    return { address, parent: parent?.address ?? null, section_type };
  };
}
