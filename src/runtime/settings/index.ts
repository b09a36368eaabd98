export { type ProjectSettings, readProjectSettings, settingsFile, settingsSchema } from './project-settings.js';
