namespace RIL.Web.Accounts;

/// <summary>What roles and scopes mean, in words.</summary>
internal static class RoleWords
{
    /// <summary>What a role may do, addressed to the person.</summary>
    public static string What(UserRole role) => role switch
    {
        UserRole.Viewer => "You see every run and change nothing.",
        UserRole.Member => "You create and steer runs, data sets, teachers and models.",
        _ => "You create and steer runs, invite people and look after the machine.",
    };

    /// <summary>What a token's scope allows.</summary>
    public static string Scope(TokenScope scope) => scope switch
    {
        TokenScope.Read => "read: look at everything",
        TokenScope.Write => "write: create and steer runs",
        _ => "admin: slots, trash, backups",
    };
}
