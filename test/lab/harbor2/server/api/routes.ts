// Every operation of the API that the stand-in has.

import type { Routes } from '../harbor.ts';
import { artifactRoutes } from './artifacts.ts';
import { configurationRoutes } from './configurations.ts';
import { executionRoutes } from './executions.ts';
import { labelRoutes } from './labels.ts';
import { memberRoutes } from './members.ts';
import { metadataRoutes } from './metadatas.ts';
import { policyRoutes } from './policies.ts';
import { projectRoutes } from './projects.ts';
import { quotaRoutes } from './quotas.ts';
import { registryRoutes } from './registries.ts';
import { repositoryRoutes } from './repositories.ts';
import { robotRoutes } from './robots.ts';
import { systemRoutes } from './system.ts';
import { userRoutes } from './users.ts';

export const api: Routes = {
  ...systemRoutes,
  ...projectRoutes,
  ...metadataRoutes,
  ...memberRoutes,
  ...quotaRoutes,
  ...repositoryRoutes,
  ...artifactRoutes,
  ...registryRoutes,
  ...policyRoutes,
  ...executionRoutes,
  ...userRoutes,
  ...robotRoutes,
  ...configurationRoutes,
  ...labelRoutes,
};
