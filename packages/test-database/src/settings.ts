/** `durable`: as in production. `fast`: no write waits for the disk, so a crash of the machine loses the data. */
export type Durability = 'durable' | 'fast';

export type Settings = Readonly<Record<string, string>>;

/** The server's `-c` settings; the caller's own come last and win. */
export function serverSettings(durability: Durability, own: Settings): Settings {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_min_messages: 'warning',
    // Each test file has pools of its own, and several files run at once.
    max_connections: '200',
    ...(durability === 'fast' ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
    ...own,
  };
}
