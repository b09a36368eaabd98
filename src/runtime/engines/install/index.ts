export { type InstallOptions, type InstallProgress, type InstallResult, installEngine, type Machine } from './install.js';
export {
  findInstalled,
  findInstalledPackage,
  type InstalledEngine,
  type InstalledPackage,
  type InstalledTensorFlow,
  listInstalled,
  removeEngine,
} from './installed.js';
export { enginesFolder } from './locations.js';
export {
  type InstallableEngine,
  installableEngines,
  isInstallable,
  isPackageRecipe,
  type Recipe,
  recipes,
  type TensorFlowEngineName,
} from './recipe.js';
