/** @param {number} ms */
export function duration(ms) {
  const secs = Math.round(ms / 1000);
  return `${Math.floor(secs / 60)}:${String(secs % 60).padStart(2, '0')}`;
}

/**
 * Prints how the legs ended.
 *
 * @param {readonly { name: string, ms: number, passed: number, failed: number, skipped: number, note?: string }[]} rows
 */
export function printTable(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length), 3);
  const line = (name, ...cells) => `${name.padEnd(width)}${cells.map((cell) => String(cell).padStart(9)).join('')}`;
  console.log(`\n${line('Leg', 'Passed', 'Failed', 'Skipped', 'Time')}`);
  for (const { name, ms, passed, failed, skipped, note } of rows) {
    console.log(line(name, passed, failed, skipped, duration(ms)));
    if (note !== undefined) console.log(`  ${note}`);
  }
}
