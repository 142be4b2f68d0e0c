import { Module } from '@nestjs/common';
import { Docs } from './docs.js';
import { Downloads } from './downloads.js';
import { ExportShelf } from './export-shelf.js';
import { Exporting } from './exporting.js';
import { Owners } from './owners.js';
import { PackagesJobs } from './packages.jobs.js';
import { Packages } from './packages.js';
import { Publishing } from './publishing.js';
import { Readmes } from './readmes.js';
import { ReleaseMails } from './release-mails.js';
import { Releases } from './releases.js';
import { RolesAsOwners } from './roles-as-owners.js';
import { Searching } from './searching.js';

const verbs = [Packages, Releases, Publishing, Docs, Readmes, Downloads, Searching, Owners, RolesAsOwners, Exporting];

@Module({ providers: [...verbs, ExportShelf, ReleaseMails, PackagesJobs], exports: verbs })
export class PackagesModule {}
