export { type InstallOptions, type InstallProgress, type InstallResult, installEngine, type Machine } from './install.js';
export { findInstalled, type InstalledEngine, listInstalled, removeEngine } from './installed.js';
export { enginesFolder } from './locations.js';
export { type InstallableEngine, installableEngines, isInstallable, type Recipe, recipes } from './recipe.js';
