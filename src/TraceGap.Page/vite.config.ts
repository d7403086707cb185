import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

/** Writes .br and .gz beside every file for which that pays, so that the server never compresses. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        for (const [name, file] of Object.entries(bundle)) {
          const source = Buffer.from(file.type === 'chunk' ? file.code : file.source);
          const variants = {
            br: brotliCompressSync(source, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
            gz: gzipSync(source, { level: 9 }),
          };
          for (const [suffix, compressed] of Object.entries(variants)) {
            if (compressed.length < source.length * 0.9) {
              this.emitFile({ type: 'asset', fileName: `${name}.${suffix}`, source: compressed });
            }
          }
        }
      },
    },
  };
}

export default defineConfig({
  plugins: [svelte(), precompress()],
  build: {
    target: 'es2022',
    // Inlined assets would be data: addresses, which the content security policy forbids for everything but images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  server: { proxy: { '/api': process.env['TRACEGAP_URL'] ?? 'http://127.0.0.1:4319' } },
  test: { include: ['tests/**/*.test.ts'] },
} as Parameters<typeof defineConfig>[0]);
