export { fromPrisma, type PrismaTransaction } from '@bearmq/core/prisma';
