import { QueryClientProvider } from '@tanstack/preact-query';
import { render } from 'preact';
import { Router } from 'wouter-preact';
import { App } from './app.tsx';
import { useLocationAsItIs, useSearchAsItIs, withBase } from './state/location.ts';
import { client } from './state/queries.ts';
import './icon.svg?url';
import './styles/main.css';

// It is written relative to the page, and a browser asks for it anew when the address changes.
for (const icon of document.querySelectorAll<HTMLLinkElement>('link[rel=icon]')) icon.setAttribute('href', icon.href);

const root = document.getElementById('app');
if (root === null) throw new Error('the page has no element with the id "app" to draw in');
render(
  <QueryClientProvider client={client}>
    <Router hook={useLocationAsItIs} searchHook={useSearchAsItIs} hrefs={withBase}>
      <App />
    </Router>
  </QueryClientProvider>,
  root,
);
