import type { Theme } from 'vitepress';
import { withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { h } from 'vue';
import './colours.css';
import './home.css';
import './pages.css';

const picture = (theme: 'light' | 'dark') =>
  h('img', {
    class: theme,
    src: withBase(`/pictures/overview-${theme}.png`),
    width: 1280,
    height: 1000,
    alt: 'The overview of the dashboard: what needs attention, how many jobs wait, run and failed, charts of throughput and waits, and each lane',
  });

const theme: Theme = {
  extends: DefaultTheme,
  Layout: () =>
    h(DefaultTheme.Layout, null, {
      'home-hero-after': () =>
        h('div', { class: 'dashboard-picture' }, h('div', { class: 'frame' }, [picture('light'), picture('dark')])),
    }),
};

export default theme;
