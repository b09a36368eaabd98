/**
 * Photographs that come with two development dependencies, both under the MIT licence: material-kit (Creative Tim) and admin-lte (ColorlibHQ).
 * Paths are below node_modules.
 */
const kit = 'material-kit/assets/img';
const lte = 'admin-lte/dist/assets/img';

/** Darkened to make the pairs of the training. */
export const trained = [
  `${lte}/photo1.png`,
  `${lte}/photo4.jpg`,
  `${kit}/bg.jpg`,
  `${kit}/bg2.jpg`,
  `${kit}/bg7.jpg`,
  `${kit}/examples/clem-onojeghuo.jpg`,
  `${kit}/examples/clem-onojegaw.jpg`,
  `${kit}/examples/cynthia-del-rio.jpg`,
  `${kit}/examples/olu-eletu.jpg`,
  `${kit}/examples/studio-1.jpg`,
  `${kit}/examples/studio-3.jpg`,
  `${kit}/examples/mariya-georgieva.jpg`,
];

/** The unrelated pictures that get synthetic low light in the training. */
export const reference = [`${kit}/bg3.jpg`, `${kit}/profile_city.jpg`, `${kit}/examples/studio-5.jpg`, `${lte}/photo3.jpg`];

/** Darkened and enhanced, never trained on. */
export const heldOut = [`${lte}/photo2.png`, `${kit}/examples/studio-4.jpg`];
