import { Body, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { Access } from '../../access/access.js';
import { type User } from '../../accounts/user.entity.js';
import { Users } from '../../accounts/users.js';
import { Owners, type Ownership } from '../../packages/owners.js';
import { invalidFields } from '../../platform/errors.js';
import { paths } from '../../platform/paths.js';
import { type Answer, html, seeOther } from '../http/answers.js';
import { submit } from '../http/forms.js';
import { Pages } from '../http/pages.js';
import { sudo, type Visitor, Visiting } from '../http/visitor.js';
import { ownersPage } from './owners.page.js';
import { PackageSights } from './package-sights.js';

const Who = z.object({ username: z.string().trim().min(1, 'Who is it?').max(100, 'No user has so long a name.') });
const OwnerForm = Who.extend({ level: z.enum(['maintainer', 'full'], { error: 'Choose one.' }) });

/** Full owners of a public package decide who owns it. */
@Pages('packages/:name/owners')
export class OwnersController {
  constructor(
    private readonly access: Access,
    private readonly users: Users,
    private readonly owners: Owners,
    private readonly sights: PackageSights,
  ) {}

  @Post()
  set(@Visiting() visitor: Visitor, @Body() body: unknown, @Param('name') name: string): Promise<Answer> {
    return this.change(visitor, name, OwnerForm, body, async ({ level }, of, actor) => {
      await this.owners.set(actor, of, level);
      return `${of.user.name} is a ${level === 'full' ? 'full owner' : 'maintainer'} now.`;
    });
  }

  @Post('remove')
  remove(@Visiting() visitor: Visitor, @Body() body: unknown, @Param('name') name: string): Promise<Answer> {
    return this.change(visitor, name, Who, body, async (_input, of, actor) => {
      await this.owners.remove(actor, of);
      return `${of.user.name} no longer owns ${name}.`;
    });
  }

  private async change<T extends z.infer<typeof Who>>(
    visitor: Visitor,
    name: string,
    schema: z.ZodType<T>,
    body: unknown,
    act: (input: T, of: Ownership, actor: ReturnType<typeof sudo>['actor']) => Promise<string>,
  ): Promise<Answer> {
    const page = paths.packageTab(undefined, name, 'owners');
    const { actor } = sudo(visitor, page);
    const { repository } = await this.access.repository(visitor.caller, 'owners.manage', undefined, name);
    const done = async (input: T) => {
      const user = await this.personNamed(input.username);
      return seeOther(page, await act(input, { repository, name, user }, actor));
    };
    return submit(schema, body, done, async (form) =>
      html(ownersPage(visitor, await this.sights.of(visitor, { scope: undefined, name }), form)),
    );
  }

  private async personNamed(name: string): Promise<User> {
    const user = await this.users.byName(name);
    if (user === null || user.deactivatedAt !== null) throw invalidFields({ username: 'there is no such user' });
    return user;
  }
}
