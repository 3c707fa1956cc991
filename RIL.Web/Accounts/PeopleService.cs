using System.Collections.Concurrent;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Web.Data;

namespace RIL.Web.Accounts;

/// <summary>A person as administrators see one.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Name">Name.</param>
/// <param name="Role">What the person may do.</param>
/// <param name="CreatedAt">When the account was made.</param>
/// <param name="LastSeenAt">When the person was last seen, to five minutes.</param>
/// <param name="Tokens">Tokens that work.</param>
public sealed record Person(string Id, string Name, UserRole Role, DateTimeOffset CreatedAt, DateTimeOffset? LastSeenAt, int Tokens);

/// <summary>Accounts: who there is, what they may do, and their end. There is always an administrator.</summary>
public sealed class PeopleService(IDbContextFactory<RilDb> databases, IServiceScopeFactory scopes, InvitationService invitations, Sessions sessions, TimeProvider clock)
{
    private const string LastOne = "is the only administrator; make somebody else administrator first.";
    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<string, DateTimeOffset> _seen = new(StringComparer.Ordinal);

    /// <summary>Everybody, by name.</summary>
    public async Task<IReadOnlyList<Person>> List()
    {
        DateTimeOffset now = clock.GetUtcNow();
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.Users.OrderBy(u => u.NormalizedUserName)
            .Select(u => new Person(u.Id, u.UserName ?? "", u.Role, u.CreatedAt, u.LastSeenAt, db.ApiTokens.Count(t => t.UserId == u.Id && t.ExpiresAt > now))).ToListAsync();
    }

    /// <summary>Gives another role; the person signs in anew, and the open links of who is no administrator any more cease to work. Throws <see cref="InputException"/> where no administrator would be left.</summary>
    public async Task ChangeRole(string id, UserRole role)
    {
        await using (RilDb db = await databases.CreateDbContextAsync())
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            // One statement: of two administrators who demote each other at the same moment, one is refused. With another stamp, so that whoever has read the account
            // before, to count a failed sign-in for instance, does not write the old role back.
            int changed = await db.Users.Where(u => u.Id == id && (role == UserRole.Administrator || u.Role != UserRole.Administrator || db.Users.Any(o => o.Id != id && o.Role == UserRole.Administrator)))
                .ExecuteUpdateAsync(u => u.SetProperty(x => x.Role, role).SetProperty(x => x.ConcurrencyStamp, Guid.NewGuid().ToString()));
            if (changed == 0) throw await Refusal(db, id);
            if (role != UserRole.Administrator) await WithdrawLinks(db, id);
            await transaction.CommitAsync();
        }
        await EndEverywhere(id);
    }

    /// <summary>Removes an account, its tokens, sign-ins and open links; its runs stay. Throws <see cref="InputException"/> where no administrator would be left.</summary>
    public async Task Remove(string id)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await WithdrawLinks(db, id);
        int removed = await db.Users.Where(u => u.Id == id && (u.Role != UserRole.Administrator || db.Users.Any(o => o.Id != id && o.Role == UserRole.Administrator))).ExecuteDeleteAsync();
        if (removed == 0) throw await Refusal(db, id);
        await db.ApiTokens.Where(t => t.UserId == id).ExecuteDeleteAsync();
        await db.Invitations.Where(i => i.UserId == id).ExecuteDeleteAsync();
        await transaction.CommitAsync();
        sessions.EndAll(id);
    }

    /// <summary>A one-time link by which a person who forgot the password sets a new one; gives its secret.</summary>
    public async Task<string> ResetLink(string id, string invitedBy)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        RilUser user = await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.Id == id) ?? throw new InputException("The account does not exist any more.");
        return (await invitations.Create(user.Role, $"new password for {user.UserName}", invitedBy, TimeSpan.FromDays(1), id)).Secret;
    }

    /// <summary>Ends every sign-in of a person.</summary>
    public async Task EndEverywhere(string id)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        UserManager<RilUser> people = scope.ServiceProvider.GetRequiredService<UserManager<RilUser>>();
        if (await people.FindByIdAsync(id) is { } user) await people.UpdateSecurityStampAsync(user);
        sessions.EndAll(id);
    }

    /// <summary>Notes that a person is here.</summary>
    public async Task Seen(string id)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (_seen.TryGetValue(id, out DateTimeOffset last) && now - last < SeenEvery) return;
        _seen[id] = now;
        await using RilDb db = await databases.CreateDbContextAsync();
        await db.Users.Where(u => u.Id == id).ExecuteUpdateAsync(u => u.SetProperty(x => x.LastSeenAt, now));
    }

    // Else a person could come back by a link made before.
    private static Task WithdrawLinks(RilDb db, string id) =>
        db.Invitations.Where(i => i.UsedAt == null && db.Users.Any(u => u.Id == id && u.UserName == i.InvitedBy)).ExecuteDeleteAsync();

    private static async Task<InputException> Refusal(RilDb db, string id) =>
        await db.Users.Where(u => u.Id == id).Select(u => u.UserName).FirstOrDefaultAsync() is { } name ? new InputException($"{name} {LastOne}") : new InputException("The account does not exist any more.");
}
