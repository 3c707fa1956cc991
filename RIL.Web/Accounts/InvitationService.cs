using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using RIL.Web.Data;

namespace RIL.Web.Accounts;

/// <summary>One-time links: made, looked at, used.</summary>
public sealed class InvitationService(IDbContextFactory<RilDb> databases, IServiceScopeFactory scopes, Sessions sessions, TimeProvider clock)
{
    /// <summary>Makes a link; gives its secret, which is kept nowhere.</summary>
    /// <param name="role">What the person will be allowed to do.</param>
    /// <param name="note">Whom it is for.</param>
    /// <param name="invitedBy">Name of the administrator who invites; null = the site itself.</param>
    /// <param name="lifetime">How long it works.</param>
    /// <param name="userId">Whose password it sets anew; null = it makes an account.</param>
    public async Task<(Invitation Invitation, string Secret)> Create(UserRole role, string? note, string? invitedBy, TimeSpan lifetime, string? userId = null)
    {
        string secret = Secret.Create();
        DateTimeOffset now = clock.GetUtcNow();
        var invitation = new Invitation { Id = Identifier.Create(), Hash = Secret.Hash(secret), Role = role, Note = note, UserId = userId, InvitedBy = invitedBy, CreatedAt = now, ExpiresAt = now + lifetime };
        await using RilDb db = await databases.CreateDbContextAsync();
        db.Add(invitation);
        await db.SaveChangesAsync();
        return (invitation, secret);
    }

    /// <summary>The link for the first administrator, where nobody has an account yet: earlier ones cease to work. Null where somebody has.</summary>
    public async Task<string?> FirstAdministrator()
    {
        await using (RilDb db = await databases.CreateDbContextAsync())
        {
            if (await db.Users.AnyAsync()) return null;
            await db.Invitations.Where(i => i.InvitedBy == null).ExecuteDeleteAsync();
        }
        return (await Create(UserRole.Administrator, "the first administrator", null, TimeSpan.FromDays(1))).Secret;
    }

    /// <summary>The invitation of a secret, while it can be used.</summary>
    public async Task<Invitation?> Find(string secret)
    {
        string hash = Secret.Hash(secret);
        DateTimeOffset now = clock.GetUtcNow();
        await using RilDb db = await databases.CreateDbContextAsync();
        return await Usable(db, now).AsNoTracking().FirstOrDefaultAsync(i => i.Hash == hash);
    }

    /// <summary>Makes the account of an invited person and uses the link up; sentences where the name or the password cannot be taken.</summary>
    public async Task<(RilUser? User, IReadOnlyList<string> Problems)> Accept(string secret, string name, string password)
    {
        if (await Find(secret) is not { } invitation) return (null, ["The link was used already, or it has expired; ask for a new one."]);
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        UserManager<RilUser> people = scope.ServiceProvider.GetRequiredService<UserManager<RilUser>>();
        RilDb db = scope.ServiceProvider.GetRequiredService<RilDb>();
        await using var transaction = await db.Database.BeginTransactionAsync();
        DateTimeOffset now = clock.GetUtcNow();
        // Counted, so that of two who come at the same moment one is refused.
        if (await Usable(db, now).Where(i => i.Id == invitation.Id).ExecuteUpdateAsync(i => i.SetProperty(x => x.UsedAt, now)) == 0)
            return (null, ["The link was used already; ask for a new one."]);
        if (invitation.UserId is not null) return await SetPassword(people, transaction, invitation.UserId, password);
        var user = new RilUser { UserName = name.Trim(), Role = invitation.Role, CreatedAt = now, LockoutEnabled = true };
        IdentityResult result = await people.CreateAsync(user, password);
        if (!result.Succeeded) return (null, [.. result.Errors.Select(e => e.Description)]);
        await transaction.CommitAsync();
        return (user, []);
    }

    // An administrator's link for somebody who forgot the password: every sign-in from before ends.
    private async Task<(RilUser? User, IReadOnlyList<string> Problems)> SetPassword(UserManager<RilUser> people, IDbContextTransaction transaction, string userId, string password)
    {
        if (await people.FindByIdAsync(userId) is not { } user) return (null, ["The account does not exist any more."]);
        IdentityResult result = await people.ResetPasswordAsync(user, await people.GeneratePasswordResetTokenAsync(user), password);
        if (!result.Succeeded) return (null, [.. result.Errors.Select(e => e.Description)]);
        await people.SetLockoutEndDateAsync(user, null);
        await transaction.CommitAsync();
        sessions.EndAll(userId);
        return (user, []);
    }

    /// <summary>Links that can still be used.</summary>
    public async Task<IReadOnlyList<Invitation>> Open()
    {
        DateTimeOffset now = clock.GetUtcNow();
        await using RilDb db = await databases.CreateDbContextAsync();
        return await Usable(db, now).AsNoTracking().OrderByDescending(i => i.CreatedAt).ToListAsync();
    }

    // An administrator's link is worth no more than the administrator: it ends with the account or the role.
    private static IQueryable<Invitation> Usable(RilDb db, DateTimeOffset now) =>
        db.Invitations.Where(i => i.UsedAt == null && i.ExpiresAt > now && (i.InvitedBy == null || db.Users.Any(u => u.UserName == i.InvitedBy && u.Role == UserRole.Administrator)));

    /// <summary>Makes a link useless.</summary>
    public async Task Revoke(string id)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        await db.Invitations.Where(i => i.Id == id && i.UsedAt == null).ExecuteDeleteAsync();
    }
}
