using Microsoft.EntityFrameworkCore;
using RIL.Training;
using RIL.Web.Data;

namespace RIL.Web.Accounts;

/// <summary>Personal tokens: made, recognised, revoked.</summary>
public sealed class TokenService(IDbContextFactory<RilDb> databases, Sessions sessions, TimeProvider clock)
{
    private const string Prefix = "ril_";
    private const int ShownCharacters = 8;

    /// <summary>Makes a token; gives its text, which is kept nowhere. Its scope is never more than the person may.</summary>
    public async Task<(ApiToken Token, string Text)> Create(Caller caller, string name, TokenScope scope, TimeSpan lifetime)
    {
        if (string.IsNullOrWhiteSpace(name) || name.Trim().Length > 60) throw new InputException("The token has no name, or one of more than 60 characters; expected what it is for, e.g. nightly script.");
        string text = Prefix + Secret.Create();
        DateTimeOffset now = clock.GetUtcNow();
        var token = new ApiToken
        {
            Id = Identifier.Create(), UserId = caller.Id!, Name = name.Trim(), Hash = Secret.Hash(text), Prefix = text[..ShownCharacters],
            Scope = (TokenScope)Math.Min((int)scope, (int)caller.Role), CreatedAt = now, ExpiresAt = now + lifetime,
        };
        await using RilDb db = await databases.CreateDbContextAsync();
        db.Add(token);
        await db.SaveChangesAsync();
        return (token, text);
    }

    /// <summary>Whose token a text is and what it may do, and the token; null where it is unknown, expired or its owner has left.</summary>
    public async Task<(Caller Caller, ApiToken Token)?> Recognise(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        string hash = Secret.Hash(text);
        DateTimeOffset now = clock.GetUtcNow();
        await using RilDb db = await databases.CreateDbContextAsync();
        if (await db.ApiTokens.FirstOrDefaultAsync(t => t.Hash == hash && t.ExpiresAt > now) is not { } token) return null;
        if (await db.Users.AsNoTracking().FirstOrDefaultAsync(u => u.Id == token.UserId) is not { } owner) return null;
        // To the minute: a busy script shall not write to the database with every request.
        if (token.LastUsedAt is not { } last || now - last > TimeSpan.FromMinutes(1))
            await db.ApiTokens.Where(t => t.Id == token.Id).ExecuteUpdateAsync(t => t.SetProperty(x => x.LastUsedAt, now));
        return (new Caller(owner.Id, owner.UserName ?? "", (UserRole)Math.Min((int)token.Scope, (int)owner.Role)), token);
    }

    /// <summary>A person's tokens, newest first.</summary>
    public async Task<IReadOnlyList<ApiToken>> Of(string userId)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        return await db.ApiTokens.AsNoTracking().Where(t => t.UserId == userId).OrderByDescending(t => t.CreatedAt).ToListAsync();
    }

    /// <summary>Makes a token of the caller useless.</summary>
    public async Task Revoke(Caller caller, string id)
    {
        await using RilDb db = await databases.CreateDbContextAsync();
        await db.ApiTokens.Where(t => t.Id == id && t.UserId == caller.Id).ExecuteDeleteAsync();
        sessions.EndSession(id);
    }
}
