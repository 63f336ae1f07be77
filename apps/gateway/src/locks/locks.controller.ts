import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LFS_JSON } from '#contracts/lfs/media-type.js';
import { Fault } from '#domain/fault/fault.js';
import type { Access } from '#application/authorize/repository-access.js';
import { Admission } from '../http/admission.js';
import { LFS } from '../http/routes.js';

/**
 * There are no locks yet, and that is what is said. `locks/verify` must answer 200 all the same: a 404 or 501 there makes
 * clients write `locksverify = false` into the user's configuration for ever (docs/git-lfs.md#locks-verify).
 */
@Controller(LFS)
export class LocksController {
  constructor(private readonly admission: Admission) {}

  @Post('locks/verify')
  async verify(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.admit(request, 'read');
    reply.code(200).header('content-type', LFS_JSON).send(Buffer.from('{"ours":[],"theirs":[]}'));
  }

  @Get('locks')
  async list(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.admit(request, 'read');
    reply.code(200).header('content-type', LFS_JSON).send(Buffer.from('{"locks":[]}'));
  }

  @Post('locks')
  async lock(@Req() request: FastifyRequest): Promise<void> {
    await this.admit(request, 'write');
    throw new Fault('locks.unsupported');
  }

  @Post('locks/:id/unlock')
  async unlock(@Req() request: FastifyRequest): Promise<void> {
    await this.admit(request, 'write');
    throw new Fault('locks.unsupported');
  }

  private async admit(request: FastifyRequest, needed: Access): Promise<void> {
    const token = await this.admission.token(request);
    await this.admission.repository(request, token, needed);
  }
}
