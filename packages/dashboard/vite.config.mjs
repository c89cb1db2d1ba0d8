import { defineConfig } from 'vite';

export default defineConfig({
  root: 'web',
  base: './', // a page may be mounted anywhere: whatever loads something does so relative to itself
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // the page's policy forbids data: addresses
    rolldownOptions: { input: 'web/main.tsx' },
  },
});
