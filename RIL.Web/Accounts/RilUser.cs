using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace RIL.Web.Accounts;

/// <summary>A person with an account. The user name is what the others see.</summary>
public sealed class RilUser : IdentityUser
{
    /// <summary>What the person may do.</summary>
    public UserRole Role { get; set; }

    /// <summary>When the account was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the person was last seen.</summary>
    public DateTimeOffset? LastSeenAt { get; set; }
}

/// <summary>What a person may do; each includes those before it.</summary>
public enum UserRole
{
    /// <summary>Sees everything, changes nothing.</summary>
    Viewer,

    /// <summary>Creates and steers runs, data sets, teachers and models.</summary>
    Member,

    /// <summary>Invites people, changes slots, empties the trash.</summary>
    Administrator,
}

/// <summary>What a token may do, never more than its owner.</summary>
public enum TokenScope
{
    /// <summary>What a viewer may.</summary>
    Read,

    /// <summary>What a member may.</summary>
    Write,

    /// <summary>What an administrator may.</summary>
    Admin,
}

/// <summary>A personal token for scripts; its text is shown once and kept as a hash only.</summary>
[Index(nameof(Hash), IsUnique = true)]
public sealed class ApiToken
{
    /// <summary>Identifier.</summary>
    public required string Id { get; init; }

    /// <summary>Whose token it is.</summary>
    public required string UserId { get; init; }

    /// <summary>What it is for.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the text, hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>The first characters, to recognise it by.</summary>
    public required string Prefix { get; init; }

    /// <summary>What it may do.</summary>
    public TokenScope Scope { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ceases to work.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was last used, to the minute.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>A one-time link that lets a person choose name and password; kept as a hash only.</summary>
[Index(nameof(Hash), IsUnique = true)]
public sealed class Invitation
{
    /// <summary>Identifier.</summary>
    public required string Id { get; init; }

    /// <summary>SHA-256 of the link's secret, hexadecimal.</summary>
    public required string Hash { get; init; }

    /// <summary>What the person will be allowed to do.</summary>
    public UserRole Role { get; init; }

    /// <summary>Whom it is for, as a note.</summary>
    public string? Note { get; init; }

    /// <summary>Whose password it sets anew; null where it makes an account.</summary>
    public string? UserId { get; init; }

    /// <summary>Name of the administrator who invited; null for the site's own links. It works only while that account is an administrator's.</summary>
    public string? InvitedBy { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ceases to work.</summary>
    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it was used.</summary>
    public DateTimeOffset? UsedAt { get; set; }
}
