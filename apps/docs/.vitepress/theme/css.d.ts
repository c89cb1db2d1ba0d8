// Styles are for Vite: TypeScript need not know what is in them.
declare module '*.css';
